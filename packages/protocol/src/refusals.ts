/**
 * The closed table of refusals. A refusal is an ordinary "no" that a caller can act on; a fault is a bug and
 * is not in this table. `status` is the HTTP status at the edge (RFC 9457 problem+json); sockets carry the
 * same code in a `refused` frame. docs/errors.md is compared with this table by a test.
 */
export const refusals = {
  malformed: { status: 400, title: 'The request could not be read' },
  invalid_field: { status: 422, title: 'A field has a value that is not accepted' },
  not_signed_in: { status: 401, title: 'Sign in first' },
  second_factor_required: { status: 401, title: 'The second factor is missing' },
  credentials_wrong: { status: 401, title: 'E-mail address, password or code is wrong' },
  person_deactivated: { status: 403, title: 'This person was deactivated' },
  token_invalid: { status: 401, title: 'The token is not valid' },
  token_expired: { status: 401, title: 'The token has expired' },
  token_replayed: { status: 401, title: 'The token was used before' },
  not_allowed: { status: 403, title: 'Your role does not allow this' },
  origin_not_allowed: { status: 403, title: 'This site is not registered with the tenant' },
  card_fields_page: { status: 403, title: 'Chat stays closed on pages with card fields' },
  contained: { status: 403, title: 'The chat is switched off here for now' },
  not_found: { status: 404, title: 'There is no such thing here' },
  idempotency_conflict: { status: 409, title: 'The same id was used for something else' },
  handler_changed: { status: 409, title: 'Somebody else has taken over this conversation' },
  state_conflict: { status: 409, title: 'The conversation is in another state' },
  last_administrator: { status: 409, title: 'A tenant keeps one active administrator' },
  draft_changed: { status: 409, title: 'Somebody else saved in between' },
  not_trained: { status: 409, title: 'The draft has to be trained first' },
  second_person_needed: { status: 403, title: 'This takes a second person' },
  mailing_state: { status: 409, title: 'The mailing is in another state' },
  version_state: { status: 409, title: 'The version is in another state' },
  idempotency_key_missing: { status: 428, title: 'An Idempotency-Key header with a UUID is needed' },
  too_large: { status: 413, title: 'The request is larger than the limit' },
  too_many: { status: 429, title: 'Too many requests' },
  signature_required: {
    status: 403,
    title: 'A person opens conversations with the key of their own browser',
  },
  suspended: { status: 403, title: 'Reading is suspended for this account; a privacy officer can lift it' },
  erased: { status: 410, title: 'This was erased; its keys are destroyed' },
  on_hold: { status: 409, title: 'A legal hold keeps this from being erased' },
  history_unavailable: { status: 503, title: 'The past cannot be opened right now; live chat goes on' },
  busy: { status: 503, title: 'The server is busy; nothing was stored' },
  slow_reader: { status: 503, title: 'The connection reads too slowly; reconnect to catch up' },
  protocol_unsupported: { status: 400, title: 'This protocol version is not spoken here' },
} as const satisfies Record<string, { status: number; title: string }>

export type RefusalCode = keyof typeof refusals

/** The one class for every "no". Anything else that is thrown is a bug. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: RefusalCode
  /** Path of the field that was refused, e.g. `text` or `conversations[3].seq`. */
  readonly field: string | undefined
  /** Milliseconds after which a retry makes sense, jitter included. */
  readonly retryAfterMs: number | undefined
  /** Everything that is wrong, where more than one field can be; `field` is the first of them. */
  readonly faults: readonly { field: string; message: string }[] | undefined

  constructor(
    code: RefusalCode,
    message?: string,
    more: {
      field?: string
      retryAfterMs?: number
      faults?: readonly { field: string; message: string }[]
      cause?: unknown
    } = {},
  ) {
    super(message ?? refusals[code].title, more.cause === undefined ? undefined : { cause: more.cause })
    this.code = code
    this.field = more.field
    this.retryAfterMs = more.retryAfterMs
    this.faults = more.faults
  }
}
