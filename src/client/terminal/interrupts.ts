/** Interrupts: Ctrl-C, and the signals that ask for an end. */

/** Tells of interrupts (Ctrl-C, SIGINT, SIGTERM). Gives what stops the telling. */
export type OnInterrupt = (listener: () => void) => () => void;

/** Does something while interrupts are not ours: of another program that has the terminal. */
export async function withoutInterrupts<T>(onInterrupt: OnInterrupt, work: () => Promise<T>): Promise<T> {
  let stop: () => void = () => undefined;
  // A listener is told once.
  const pass = (): void => {
    stop = onInterrupt(pass);
  };
  pass();
  try {
    return await work();
  } finally {
    stop();
  }
}
