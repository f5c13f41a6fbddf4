/** Why a local system was not started. */
export type StartRefusedCode =
  | 'bad-setting'
  | 'data-folder-in-use'
  | 'data-folder-foreign'
  | 'data-format-unknown'
  | 'port-in-use'
  | 'start-failed'
  | 'start-cancelled';

/** An expected refusal to start: the message is for the person at the terminal and says what to do. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
  readonly code: StartRefusedCode;

  constructor(code: StartRefusedCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** True for a {@link StartRefused}, also of another copy of this package. */
export const isStartRefused = (error: unknown): error is StartRefused =>
  error instanceof Error && error.name === 'StartRefused' && 'code' in error;
