import type { Role } from '@candor/protocol/api.ts'
import { useDesk } from '../live/desk-context.ts'

/** Who writes, and who publishes. The server decides; this only spares a refusal. */
export const mayEdit = (role: Role): boolean => role === 'administrator' || role === 'supervisor'
export const mayApprove = (role: Role): boolean => mayEdit(role) || role === 'privacy-officer'

export function useMayEdit(): boolean {
  return mayEdit(useDesk().me.person.role)
}
