/** What an application's scopes are about: the things of each service, and the running of all of them. */
export const scopeAreas = ['Orders', 'Stock', 'Payments', 'Sagas', 'Operations'] as const;
export type ScopeArea = (typeof scopeAreas)[number];

/**
 * What a person lets a program do in their name (delegated permissions of Microsoft Entra ID, the claim `scp`). It narrows what their roles
 * allow and never widens it. A program that acts for itself has roles and no scopes.
 */
export type Scope = `${ScopeArea}.${'Read' | 'Write'}`;

export const scopes: readonly Scope[] = scopeAreas.flatMap((area): Scope[] => [`${area}.Read`, `${area}.Write`]);
