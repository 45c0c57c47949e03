import type { Role } from '@candor/protocol/api.ts'
import type { Choice } from '../design/select.tsx'

export const roleChoices: readonly Choice<Role>[] = [
  { id: 'agent', name: 'Agent', hint: 'answers' },
  { id: 'supervisor', name: 'Supervisor', hint: 'answers, writes canned replies' },
  { id: 'administrator', name: 'Administrator', hint: 'everything' },
  { id: 'privacy-officer', name: 'Privacy officer', hint: 'incidents, access proofs' },
]
