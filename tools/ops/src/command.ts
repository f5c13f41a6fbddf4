import type { ServiceName } from '@daybook/contracts';

/** What a command is given of the world. */
export interface OpsContext {
  /** The services' addresses. */
  readonly urls: Readonly<Record<ServiceName, string>>;
  /** Sent with every request, where one is needed. */
  readonly token?: () => Promise<string>;
  /** Sent as `X-Actor`: who acts. */
  readonly actor: string;
  /** One line for the person at the terminal. */
  readonly print: (line: string) => void;
}

/** One group of operators' commands: `npm run ops -- <name> …`. */
export interface OpsCommand {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** The whole help of this group. */
  readonly usage: string;
  /** @returns the exit code: 0 done, 1 it did not come out as asked, 2 called wrongly */
  run(args: readonly string[], context: OpsContext): Promise<number>;
}
