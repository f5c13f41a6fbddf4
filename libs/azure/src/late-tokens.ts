/** What credentials throw that got no token, and what the SDK's own wait for one ends with. */
const names = ['AggregateAuthenticationError', 'AuthenticationError', 'CredentialUnavailableError'];
const gaveUp = 'Failed to refresh access token.';

/**
 * The SDK's HTTP pipeline ends the process when who issues tokens is away for so long that one runs out: it renews a token in the background,
 * where nobody waits for it and nobody can catch that it failed. From here on that is passed over; the requests that need a token fail and
 * are tried again. Every other rejection that nobody handles ends the process as before. Harmless when it is called again.
 */
export function surviveLateTokens(): void {
  if (!process.listeners('unhandledRejection').includes(passOver)) process.on('unhandledRejection', passOver);
}

function passOver(reason: unknown): void {
  const isLateToken = reason instanceof Error && (names.includes(reason.name) || reason.message === gaveUp);
  if (!isLateToken) throw reason;
}
