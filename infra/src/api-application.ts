import { createHash } from 'node:crypto';
import { type CallerRole, callerRoles, type Scope as ScopeName, scopes } from '@daybook/contracts';

/** An application as Microsoft Graph has it, as far as the services count on it. */
export interface ApiApplication {
  readonly api: { readonly requestedAccessTokenVersion: 2; readonly oauth2PermissionScopes: readonly Scope[] };
  readonly appRoles: readonly AppRole[];
}
interface AppRole {
  readonly value: CallerRole;
  readonly id: string;
  readonly displayName: string;
  readonly description: string;
  readonly allowedMemberTypes: readonly ('User' | 'Application')[];
  readonly isEnabled: true;
}
/** What an application may be allowed to do for the person who uses it. */
interface Scope {
  readonly value: ScopeName;
  readonly id: string;
  readonly type: 'User' | 'Admin';
  readonly adminConsentDisplayName: string;
  readonly adminConsentDescription: string;
  readonly isEnabled: true;
}

const roles: Readonly<Record<CallerRole, Pick<AppRole, 'description' | 'allowedMemberTypes'>>> = {
  customer: { description: 'Buys, and meets only what is their own.', allowedMemberTypes: ['User'] },
  operator: {
    description: 'Runs the shop: looks at everything and repairs.',
    allowedMemberTypes: ['User', 'Application'],
  },
  service: { description: 'A program that acts for customers.', allowedMemberTypes: ['Application'] },
};

/** The application that tokens are made for: tokens of version 2, whose audience is its id, and the roles of the contracts. */
export const apiApplication = (): ApiApplication => ({
  api: { requestedAccessTokenVersion: 2, oauth2PermissionScopes: scopes.map(scopeOf) },
  appRoles: callerRoles.map((value) => ({
    value,
    id: guidOf(`role ${value}`),
    displayName: value,
    ...roles[value],
    isEnabled: true,
  })),
});

/** What is done with a system as a whole is nothing that everybody may let a program do. */
function scopeOf(value: ScopeName): Scope {
  const [area = '', right] = value.split('.');
  const does = right === 'Read' ? `Look at ${area.toLowerCase()}` : `Change ${area.toLowerCase()}`;
  return {
    value,
    id: guidOf(`scope ${value}`),
    type: area === 'Operations' ? 'Admin' : 'User',
    adminConsentDisplayName: does,
    adminConsentDescription: `${does}, as far as the person who uses the program may.`,
    isEnabled: true,
  };
}

/** The same for the same name, for ever: who was given a role was given its id. */
function guidOf(name: string): string {
  const hex = createHash('sha256').update(`daybook ${name}`).digest('hex');
  // Version 8, of one's own making (RFC 9562).
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

/** The file that `register-api.sh` sends. */
export const apiApplicationFile = 'bicep/generated/api-application.json';

export const apiApplicationText = (): string => `${JSON.stringify(apiApplication(), undefined, 2)}\n`;
