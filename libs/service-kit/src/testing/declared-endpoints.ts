import type { Router } from 'express';

interface Layer {
  readonly route?: { readonly path: string | readonly string[]; readonly methods: Readonly<Record<string, boolean>> };
  readonly handle: { readonly stack?: readonly Layer[] };
}

/** The endpoints that a router has, as `GET /v1/orders/:orderId`, sorted: to compare with the ones that the contracts name. */
export function declaredEndpoints(router: Router): readonly string[] {
  const within = (layers: readonly Layer[]): readonly string[] =>
    layers.flatMap(({ route, handle }) => {
      if (route === undefined) return within(handle.stack ?? []);
      return Object.keys(route.methods).flatMap((method) =>
        [route.path].flat().map((path) => `${method.toUpperCase()} ${path}`),
      );
    });
  return [...within(router.stack as unknown as readonly Layer[])].sort();
}
