import type { PackageProviderConfig } from '../config/config.ts';
import type { Connection } from './connection.ts';
export async function createAiSdkConnection(_provider: PackageProviderConfig): Promise<Connection> {
  throw new Error('not yet');
}
