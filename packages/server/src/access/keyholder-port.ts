import type { KeyholderClient } from '@candor/keyholder/client.ts'

/** What this room needs of the keyholder. */
export type Keyholder = Pick<KeyholderClient, 'ask' | 'vkey'>
