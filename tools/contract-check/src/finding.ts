/** Something that is wrong, where, and what to do about it. */
export interface Finding {
  readonly where: string;
  readonly what: string;
}
