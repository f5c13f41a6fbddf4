import { dirname, join } from 'node:path';
import type { Node } from 'web-tree-sitter';
import type { InfraProblem } from './problem.ts';

/** A Bicep file as others see it. */
interface Interface {
  readonly params: ReadonlyMap<string, { readonly needed: boolean }>;
  readonly outputs: ReadonlySet<string>;
}

/** Names that the language brings: namespaces, and what stands before a dot in a function's name. */
const known: readonly string[] = ['az', 'sys'];

/**
 * What a compiler would say of names: each that is used is declared, each parameter is used, each module is given the parameters that it
 * has, and asked for the outputs that it has.
 *
 * @param files parsed, by path from the folder of `main.bicep`
 */
export function symbolProblems(files: ReadonlyMap<string, Node>): readonly InfraProblem[] {
  const interfaces = new Map([...files].map(([path, root]) => [path, interfaceOf(root)]));
  return [...files].flatMap(([path, root]) => {
    const say = (node: Node, what: string): InfraProblem => ({
      where: `infra/bicep/${path}:${node.startPosition.row + 1}`,
      what,
    });
    const [declared, used] = namesOf(root);
    const modules = childrenOf(root, 'module_declaration').map((node) => moduleOf(path, node));
    return [
      ...used
        .filter(({ text }) => !declared.has(text) && !known.includes(text))
        .map((node) => say(node, `${node.text}: is not declared`)),
      ...childrenOf(root, 'parameter_declaration')
        .map((node) => nameOf(node))
        .filter((node) => !used.some(({ text }) => text === node.text))
        .map((node) => say(node, `${node.text}: nobody uses this parameter`)),
      ...modules.flatMap((module) => {
        const target = interfaces.get(module.path);
        if (target === undefined) return [say(module.node, `${module.path} is not there`)];
        return callProblems(module, target, root).map((what) => say(module.node, `${module.name}: ${what}`));
      }),
    ];
  });
}

interface Module {
  readonly node: Node;
  readonly name: string;
  readonly path: string;
  readonly given: ReadonlySet<string>;
}

function callProblems({ name, given }: Module, { params, outputs }: Interface, root: Node): readonly string[] {
  const asked = [...root.text.matchAll(new RegExp(`\\b${name}!?(?:\\[[^\\]]*\\])?\\.outputs\\.(\\w+)`, 'g'))];
  return [
    ...[...given].filter((each) => !params.has(each)).map((each) => `has no parameter ${each}`),
    ...[...params]
      .filter(([each, { needed }]) => needed && !given.has(each))
      .map(([each]) => `needs the parameter ${each}`),
    ...asked
      .map(([, output = '']) => output)
      .filter((each) => !outputs.has(each))
      .map((each) => `has no output ${each}`),
  ];
}

function interfaceOf(root: Node): Interface {
  const params = childrenOf(root, 'parameter_declaration').map((node): [string, { needed: boolean }] => [
    nameOf(node).text,
    { needed: !node.children.some((each) => each?.type === '=') },
  ]);
  return {
    params: new Map(params),
    outputs: new Set(childrenOf(root, 'output_declaration').map((node) => nameOf(node).text)),
  };
}

function moduleOf(path: string, node: Node): Module {
  const file = descendants(node, 'string_content')[0]?.text ?? '';
  const body = descendants(node, 'object')[0];
  const params = body?.children.find((each) => each?.type === 'object_property' && nameOf(each).text === 'params');
  const given = params?.children.find((each) => each?.type === 'object')?.children ?? [];
  const names = given.flatMap((each) => (each?.type === 'object_property' ? [nameOf(each).text] : []));
  return { node, name: nameOf(node).text, path: join(dirname(path), file), given: new Set(names) };
}

/** Names that are declared somewhere in a file, and where names are used. */
function namesOf(root: Node): readonly [ReadonlySet<string>, readonly Node[]] {
  const declared = new Set<string>();
  const used: Node[] = [];
  for (const node of descendants(root, 'identifier', 'loop_variable', 'loop_enumerator')) {
    const parent = node.parent;
    const isFirst = parent?.namedChild(0)?.id === node.id;
    if (node.type !== 'identifier' || (parent !== null && isFirst && declares(parent))) declared.add(node.text);
    else if (!(isFirst && parent?.type === 'object_property') && root.text[node.endIndex] !== '(') used.push(node);
  }
  return [declared, used];
}

/** `(q) => …`: what stands before the arrow is declared. */
const declares = (node: Node): boolean =>
  /_declaration$|^for_statement$|^lambda_expression$/.test(node.type) ||
  (node.type === 'parenthesized_expression' &&
    node.parent?.type === 'lambda_expression' &&
    node.parent.namedChild(0)?.id === node.id);

const childrenOf = (node: Node, type: string): readonly Node[] =>
  node.children.filter((each) => each !== null).filter((each) => each.type === type);

function descendants(node: Node, ...types: readonly string[]): readonly Node[] {
  return node.descendantsOfType([...types]).filter((each) => each !== null);
}

function nameOf(declaration: Node): Node {
  return declaration.namedChild(0) ?? declaration;
}
