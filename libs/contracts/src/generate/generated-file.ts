/** A document as it is committed, by path in the folder `generated`. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

export const jsonFile = (path: string, document: unknown): GeneratedFile => ({
  path,
  text: `${JSON.stringify(document, null, 2)}\n`,
});
