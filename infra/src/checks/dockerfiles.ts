import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serviceNames } from '@daybook/contracts';
import { DockerfileParser } from 'dockerfile-ast';
import { imageSteps } from '../image/image-steps.ts';
import type { CheckResult, InfraProblem } from './problem.ts';

/** @param root the repository */
export function checkDockerfiles(root: string): CheckResult {
  const names = serviceNames.map((service) => `apps/${service}/Dockerfile`);
  const problems = names.flatMap((name) => dockerfileProblems(name, readFileSync(join(root, name), 'utf8')));
  return { looked: `${names.length} Dockerfiles`, problems };
}

const knownInstructions: readonly string[] = [
  ...['FROM', 'WORKDIR', 'COPY', 'RUN', 'ENV', 'USER', 'EXPOSE', 'CMD', 'ARG', 'ENTRYPOINT', 'LABEL'],
];

/** That it parses, and that the image is what the manifests count on: several stages, a user of its own, node as process 1. */
export function dockerfileProblems(name: string, text: string): readonly InfraProblem[] {
  const problems: InfraProblem[] = [];
  const instructions = DockerfileParser.parse(text).getInstructions();
  for (const instruction of instructions) {
    const line = instruction.getRange().start.line + 1;
    const keyword = instruction.getKeyword();
    if (!knownInstructions.includes(keyword)) {
      problems.push({
        where: `${name}:${line}`,
        what: `${instruction.getInstruction()} is no instruction that is used here`,
      });
    }
    if (keyword === 'FROM' && /:latest\b|^FROM [^:]+$/.test(String(instruction.getArgumentsContent()))) {
      problems.push({ where: `${name}:${line}`, what: 'pin the version of the image' });
    }
  }
  const ofKind = (keyword: string) => instructions.filter((each) => each.getKeyword() === keyword);
  if (ofKind('FROM').length < 2) problems.push({ where: name, what: 'one stage only: what builds would ship' });
  const afterLastFrom = instructions.slice(instructions.findLastIndex((each) => each.getKeyword() === 'FROM'));
  const last = (keyword: string): string | undefined =>
    afterLastFrom.findLast((each) => each.getKeyword() === keyword)?.getArgumentsContent() ?? undefined;
  if (!/^[1-9]\d*(:\d+)?$/.test(last('USER') ?? '')) {
    problems.push({
      where: name,
      what: 'USER: name a numeric user other than 0, so that Kubernetes can see that it is not root',
    });
  }
  if (!/^\["node",/.test(last('CMD') ?? '')) {
    problems.push({ where: name, what: 'CMD: must be ["node", …]: behind a shell or npm the signals do not arrive' });
  }
  try {
    imageSteps(text);
  } catch (error) {
    problems.push({ where: name, what: (error as Error).message });
  }
  const labels = ofKind('LABEL').map((each) => each.getArgumentsContent() ?? '');
  if (!labels.some((label) => label.includes('org.opencontainers.image.title')))
    problems.push({ where: name, what: 'LABEL: nobody could tell what this image is' });
  return problems;
}
