import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkDockerfiles, dockerfileProblems } from './dockerfiles.ts';

const root = join(__dirname, '..', '..', '..');
const well = readFileSync(join(root, 'apps', 'order', 'Dockerfile'), 'utf8');
const problems = (text: string): readonly string[] => dockerfileProblems('Dockerfile', text).map(({ what }) => what);

describe('Dockerfiles', () => {
  it('are well in this repository', () => {
    expect(checkDockerfiles(root).problems).toEqual([]);
  });

  it.each([
    ['a word that is no instruction', 'EXPOSE 8080', 'EXPOZE 8080', 'EXPOZE is no instruction that is used here'],
    [
      'an image that may change',
      'FROM node:24.21.0-bookworm-slim\n',
      'FROM node:latest\n',
      'pin the version of the image',
    ],
    ['root', 'USER 10001:10001', 'USER 0', 'USER: name a numeric user other than 0'],
    [
      'a shell before node',
      'CMD ["node", "--enable-source-maps", "main.js"]',
      'CMD npm start',
      'CMD: must be ["node", …]',
    ],
    ['no name', 'org.opencontainers.image.title', 'title', 'LABEL: nobody could tell'],
    ['packages from anywhere', 'COPY --from=build /packed', 'COPY /packed', 'must be COPY --from=build'],
  ])('are found wrong with %s', (_case, from, to, what) => {
    expect(well).toContain(from);
    expect(problems(well.replace(from, to))).toContainEqual(expect.stringContaining(what));
  });

  it('are found wrong with one stage', () => {
    expect(problems('FROM node:24\nUSER 1\nCMD ["node", "x"]')).toContainEqual(
      expect.stringContaining('one stage only'),
    );
  });
});
