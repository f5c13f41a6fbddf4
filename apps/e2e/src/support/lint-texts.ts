// A program: lints texts as if they stood in files of the repository. jest cannot load ESLint's configuration itself.
// node lint-texts.ts '[{"filePath":"libs/…/x.ts","text":"…"}]' prints, for each, the rules that it breaks.
import { ESLint } from 'eslint';

const texts = JSON.parse(process.argv[2] ?? '[]') as { filePath: string; text: string }[];
const eslint = new ESLint({ cwd: process.cwd() });
const broken: string[][] = [];
for (const { filePath, text } of texts) {
  const [result] = await eslint.lintText(text, { filePath });
  broken.push((result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message));
}
console.log(JSON.stringify(broken));
