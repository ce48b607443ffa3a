// Tierline as a library: a router in this process, and its models for the AI SDK. Must stay quick to import: whatever is
// heavy is loaded by `createRouter`.
export type { ErrorCode } from './call/errors.ts';
export { TierlineError } from './call/errors.ts';
export type { CallRow } from './call/row.ts';
export { ChatError } from './library/chat-error.ts';
export { createRouter } from './library/create-router.ts';
export { type LanguageModelOptions, toLanguageModel } from './library/language-model.ts';
export type { TierlineOptions } from './library/language-model-options.ts';
export type { SdkLanguageModel } from './library/language-model-spec.ts';
export type {
  CallerOptions,
  ChatOptions,
  ChatReply,
  ChatRequest,
  ChatStream,
  Feedback,
  FeedbackReceipt,
  Router,
  RouterConfig,
  RouterOptions,
} from './library/router.ts';
export type { Consideration } from './policy/consider.ts';
