/** Why something is not generated, and what to do instead. Nothing was written. */
export class GenerationRefused extends Error {
  readonly code = 'generation-refused';

  constructor(message: string) {
    super(message);
    this.name = 'GenerationRefused';
  }
}

/** @throws GenerationRefused */
export function refuse(message: string): never {
  throw new GenerationRefused(message);
}
