/**
 * Whether a variable says who its process is to Azure. What a developer is signed in as must not get into processes that have identities
 * of their own.
 */
export const isOfCredential = (name: string): boolean =>
  /^(AZURE|IDENTITY|IMDS|MSI)_/.test(name) && name !== 'AZURE_LOG_LEVEL';
