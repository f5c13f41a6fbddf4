import { Copy, DockerfileParser, type Instruction } from 'dockerfile-ast';

/** What a service's Dockerfile says, for those who carry it out without Docker. Paths are absolute, as in the image. */
export interface ImageSteps {
  /** Where the first stage has the repository. */
  readonly repository: string;
  /** Commands of the first stage, in order, after the packages are installed: run in the repository. */
  readonly builds: readonly string[];
  /** From the first stage to the image. */
  readonly copies: readonly { readonly from: string; readonly to: string }[];
  readonly workingDirectory: string;
  readonly uid: number;
  readonly gid: number;
  readonly environment: Readonly<Record<string, string>>;
  /** The command in its exec form: the program and its arguments. */
  readonly command: readonly [string, ...string[]];
}

const installation = /\bnpm ci$/;

/** @throws Error naming what is missing */
export function imageSteps(dockerfile: string): ImageSteps {
  const instructions = DockerfileParser.parse(dockerfile).getInstructions();
  const stages = instructions.flatMap((each, index) => (each.getKeyword() === 'FROM' ? [index] : []));
  const first = instructions.slice(0, stages[1]);
  const last = instructions.slice(stages.at(-1));
  const [install, ...builds] = textsOf(first, 'RUN');
  if (stages.length !== 2) throw new Error(`${stages.length} stages: one that builds, and the image`);
  if (install === undefined || !installation.test(install)) throw new Error('RUN npm ci: must come first');
  const user = /^(\d+):(\d+)$/.exec(only(last, 'USER'));
  if (user === null) throw new Error('USER: must be <uid>:<gid>');
  const workingDirectory = only(last, 'WORKDIR');
  return {
    repository: only(first, 'WORKDIR'),
    builds,
    copies: last
      .filter((each) => each instanceof Copy)
      .map((each) => {
        const [from, to, ...more] = (each.getRawArgumentsContent() ?? '').split(' ');
        if (each.getFromFlag()?.getValue() !== 'build' || from === undefined || to === undefined || more.length > 0) {
          throw new Error(`${each.toString()}: must be COPY --from=build and one source`);
        }
        return { from, to: to.replace(/^\./, workingDirectory) };
      }),
    workingDirectory,
    uid: Number(user[1]),
    gid: Number(user[2]),
    environment: Object.fromEntries(textsOf(last, 'ENV').map((text) => text.split('=') as [string, string])),
    command: JSON.parse(only(last, 'CMD')) as [string, ...string[]],
  };
}

const textsOf = (instructions: readonly Instruction[], keyword: string): readonly string[] =>
  instructions.filter((each) => each.getKeyword() === keyword).map((each) => each.getRawArgumentsContent() ?? '');

function only(instructions: readonly Instruction[], keyword: string): string {
  const [text, ...more] = textsOf(instructions, keyword);
  if (text === undefined || more.length > 0) throw new Error(`${keyword}: there must be one, there are ${more.length}`);
  return text;
}
