// Masking as the commands of a policy's life use it: by the same rules as what is kept of live traffic.
export { type FoundCounts, maskJson, maskText } from '../../mask/mask.ts';
