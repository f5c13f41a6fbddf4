const encode = (bytes: Buffer): string => bytes.toString('base64').replaceAll('/', '-');

/** `_rid` of a database: its number in 4 bytes. */
export const databaseRid = (database: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(database);
  return encode(bytes);
};

/** `_rid` of a container: the database's 4 bytes, then its own with the highest bit set. */
export const containerRid = (database: number, container: number): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(database);
  bytes.writeUInt32BE((container | 0x80000000) >>> 0, 4);
  return encode(bytes);
};

/** `_rid` of an item: the container's 8 bytes, then its own number in 8. */
export const itemRid = (database: number, container: number, item: number): string => {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32BE(database);
  bytes.writeUInt32BE((container | 0x80000000) >>> 0, 4);
  bytes.writeBigUInt64BE(BigInt(item), 8);
  return encode(bytes);
};
