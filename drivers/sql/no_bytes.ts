/**
 * What is bound for empty bytes: node:sqlite of Node 22 takes an array whose own buffer is empty for
 * null.
 */
export const NO_BYTES: Uint8Array = new Uint8Array(1).subarray(1);
