/** Bounds on what a model may take. */

/** Weights of the first tier, a byte each: a model is read and kept per tenant. */
export const rowsTimesClassesMax = 24_000_000
/** Examples that a model keeps to compare with: 512 bytes each. */
export const examplesPerModelMax = 12_000
/**
 * Examples that the second tier learns from: encoding takes 2.5 ms each, and their vectors some 25 kB each while it
 * learns. Of more, every intent gets its share.
 */
export const secondTierExamplesMax = 20_000
