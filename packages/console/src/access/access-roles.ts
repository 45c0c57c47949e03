import type { Role } from '@candor/protocol/api.ts'

/** Who sees the whole log and the insiders, and may reinstate, hold and erase. The server decides; this spares refusals. */
export const mayReview = (role: Role): boolean => role === 'administrator' || role === 'privacy-officer'
