/** So short that streams of a run have snapshots. */
export const snapshotEvery = 6;
