import type { Container } from '@daybook/ports';

const atOnce = 16;

/**
 * Deletes documents of one build, whatever their kind.
 *
 * @returns how many were found
 */
export async function clearDocuments(
  container: Container,
  readModel: string,
  partitionKeyOf: (document: { readonly id: string; readonly [field: string]: unknown }) => string,
  limit: number,
): Promise<number> {
  const { documents } = await container.query({ where: [{ field: 'readModel', op: '=', value: readModel }], limit });
  const left = documents.values();
  const worker = async (): Promise<void> => {
    for (const document of left) {
      await container.batch(partitionKeyOf(document), [{ kind: 'delete', id: document.id }]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, documents.length) }, worker));
  return documents.length;
}
