import type { Role } from '@candor/protocol/api.ts'

/** Who sees what pages run, and who decides about it. The server decides; this only spares a refusal. */
export const mayReadIntegrity = (role: Role): boolean => role !== 'agent'
export const mayDecide = (role: Role): boolean => role === 'administrator' || role === 'privacy-officer'
