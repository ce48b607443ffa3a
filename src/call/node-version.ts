// Which Node this runs on. Looked at before anything is loaded that an older one would fail at in words of its own.

/** A sentence when the version (`v24.1.0`) is older than what package.json asks for; null when it will do. */
export function complaintAboutNode(version: string): string | null {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const isEnough = major > 22 || (major === 22 && minor >= 18);
  return isEnough ? null : `Tierline needs Node 22.18 or later, and this is ${version}.`;
}
