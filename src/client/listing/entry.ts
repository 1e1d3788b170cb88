/** What is known of a file on the server, however it was learned. */
export interface RemoteEntry {
  /** Its own name, without a path; see session/remote-name.ts for octets that are not UTF-8. */
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** In octets. */
  readonly size: number | undefined;
  /** When it was last changed, as exactly as the server says. */
  readonly modified: Date | undefined;
}
