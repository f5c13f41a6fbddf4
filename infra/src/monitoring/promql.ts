import { parser } from '@prometheus-io/lezer-promql';

/** A series that an expression asks for, and the labels that it chooses by. */
export interface Selector {
  readonly metric: string;
  readonly labels: readonly string[];
}

export interface Expression {
  readonly selectors: readonly Selector[];
  /** Labels that it groups by. */
  readonly grouping: readonly string[];
}

/** What an expression asks for. @throws Error where it is no PromQL */
export function parseExpression(text: string): Expression {
  const selectors: { metric: string; labels: string[] }[] = [];
  const grouping: string[] = [];
  const of = (from: number, to: number): string => text.slice(from, to);
  parser.parse(text).iterate({
    enter({ name, type, from, to, node }) {
      if (type.isError) throw new Error(`no PromQL at ${from}: ${of(Math.max(0, from - 20), from + 20)}`);
      if (name === 'VectorSelector') selectors.push({ metric: '', labels: [] });
      const selector = selectors.at(-1);
      if (name === 'Identifier' && node.parent?.name === 'VectorSelector' && selector !== undefined)
        selector.metric = of(from, to);
      if (name !== 'LabelName') return;
      if (node.parent?.name === 'GroupingLabels') grouping.push(of(from, to));
      else selector?.labels.push(of(from, to));
    },
  });
  return { selectors, grouping };
}
