import type { Tool, ToolOutcome } from '@candor/virtual-agent/flows/tool.ts'
import type { SlotValue } from '@candor/virtual-agent/slots/slot-type.ts'
import type { Clock } from '../clock.ts'
import type { Outbound, OutboundOutcome } from '../outbound/outbound.ts'
import { openCircuitBreaker } from './circuit-breaker.ts'
import { knownFields, toolRequest, type ToolRequest } from './tool-request.ts'

/** Calls what tenants have declared as tools, by HTTP. */
export interface Tools {
  /**
   * Whatever comes of it is an outcome. The same key is sent with every attempt, also with those that are made after
   * a crash: the other side tells by it that it is one call.
   * @param begun whether the call may have been made before, by a server that has ended since.
   */
  call(what: {
    tenant: string
    tool: Tool
    args: Readonly<Record<string, SlotValue>>
    key: string
    begun: boolean
  }): Promise<ToolOutcome>
}

/** An answer is a handful of typed fields. */
const answerBytesMax = 64 * 1024
/** All attempts with their pauses: a visitor waits no longer, whatever the definition says. */
const callMsMax = 25_000
const pauseMsFirst = 250
const pauseMsMax = 4_000
/** One tenant's slow system must not hold up the calls of others. */
const callsAtOnceMax = 64
const callsOfTenantMax = 16

export function openTools(options: {
  outbound: Outbound
  /** For a request to this address; null when none is kept for it. */
  secretFor(tenant: string, tool: string, url: string): Promise<string | null>
  clock: Clock
  /** From 0 up to 1. */
  random(): number
  pause(ms: number): Promise<void>
  log(event: Record<string, unknown>): void
}): Tools {
  const { clock, log } = options
  const breaker = openCircuitBreaker(clock)
  const underWay = new Map<string, number>()
  let allUnderWay = 0

  async function headersFor(
    tenant: string,
    tool: Tool,
    url: URL,
    key: string,
  ): Promise<Record<string, string> | null> {
    const headers: Record<string, string> = {
      accept: 'application/json',
      'user-agent': 'Candor',
      'idempotency-key': key,
    }
    if (tool.secretHeader === undefined) return headers
    const secret = await options.secretFor(tenant, tool.id, url.href)
    return secret === null ? null : { ...headers, [tool.secretHeader.toLowerCase()]: secret }
  }

  async function attempts(
    tool: Tool,
    request: ToolRequest,
    headers: Record<string, string>,
  ): Promise<Attempt> {
    const until = clock.now() + callMsMax
    for (let attempt = 0; ; attempt++) {
      const timeoutMs = Math.min(tool.timeoutMs, Math.max(1, until - clock.now()))
      const made = judge(
        tool,
        await options.outbound.call({
          url: request.url.href,
          method: request.method,
          headers,
          ...(request.json === null ? {} : { json: request.json }),
          timeoutMs,
          bodyBytesMax: answerBytesMax,
        }),
      )
      if (made.again === null || attempt >= tool.retries) return made
      const backOff = Math.min(pauseMsMax, pauseMsFirst * 2 ** attempt) * (0.5 + options.random() / 2)
      const pauseMs = Math.max(backOff, made.again)
      if (clock.now() + pauseMs >= until) return made
      await options.pause(pauseMs)
    }
  }

  return {
    async call({ tenant, tool, args, key, begun }) {
      const told = (outcome: ToolOutcome, why?: string): ToolOutcome => {
        const how = outcome.kind === 'fault' ? outcome.fault : 'answered'
        log({
          level: how === 'answered' ? 'debug' : 'warn',
          event: 'tool called',
          tenant,
          tool: tool.id,
          outcome: how,
          why,
        })
        return outcome
      }
      // Whether it took place is not known, and it may not be made twice.
      if (begun && tool.effect === 'write' && tool.retries === 0)
        return told(fault('timeout'), 'begun before a crash')
      const request = toolRequest(tool, args)
      if (request === null) return told(fault('refused'), 'no request of these arguments')
      const headers = await headersFor(tenant, tool, request.url, key)
      if (headers === null) return told(fault('refused'), 'no secret for this address')
      const ofTenant = underWay.get(tenant) ?? 0
      if (allUnderWay >= callsAtOnceMax || ofTenant >= callsOfTenantMax)
        return told(fault('unreachable'), 'too many calls at once')
      const circuit = `${tenant} ${tool.id} ${tool.url}`
      if (!breaker.mayCall(circuit))
        return told(fault('unreachable'), 'not called: it has not been answering')
      allUnderWay++
      underWay.set(tenant, ofTenant + 1)
      try {
        const { outcome } = await attempts(tool, request, headers)
        if (outcome.kind === 'answer' || outcome.fault === 'refused') breaker.answered(circuit)
        else if (breaker.failed(circuit)) log({ level: 'error', event: 'tool rests', tenant, tool: tool.id })
        return told(outcome)
      } catch (cause) {
        breaker.failed(circuit)
        throw cause
      } finally {
        allUnderWay--
        const left = underWay.get(tenant)! - 1
        if (left === 0) underWay.delete(tenant)
        else underWay.set(tenant, left)
      }
    },
  }
}

interface Attempt {
  outcome: ToolOutcome
  /** Another attempt makes sense, no sooner than this; null: it does not. */
  again: number | null
}

function judge(tool: Tool, made: OutboundOutcome): Attempt {
  switch (made.kind) {
    case 'refused':
      return { outcome: fault('refused'), again: null }
    case 'failed':
      switch (made.reason) {
        case 'timeout':
          return { outcome: fault('timeout'), again: 0 }
        case 'too_large':
        case 'answer_malformed':
          return { outcome: fault('malformed'), again: null }
        default:
          return { outcome: fault('unreachable'), again: 0 }
      }
    case 'answered':
      return judgeAnswer(tool, made)
  }
}

function judgeAnswer(
  tool: Tool,
  { status, headers, body }: Extract<OutboundOutcome, { kind: 'answered' }>,
): Attempt {
  // Too many, and what a gateway says for a server that is away (RFC 9110 §15.6, RFC 6585 §4).
  if (status === 429 || status >= 500) {
    const seconds = /^\d{1,6}$/.exec(headers['retry-after'] ?? '')
    return { outcome: fault('unreachable'), again: seconds === null ? 0 : Number(seconds[0]) * 1_000 }
  }
  if (status < 200 || status >= 300) return { outcome: fault('refused'), again: null }
  if (status === 204 || body.length === 0) {
    const needsMore = tool.output.some(({ required }) => required)
    return { outcome: needsMore ? fault('malformed') : { kind: 'answer', body: {} }, again: null }
  }
  const isJson = /^application\/([a-z.+-]+\+)?json\s*(;|$)/i.test(headers['content-type'] ?? '')
  const known = isJson ? knownFields(tool, body) : null
  return { outcome: known === null ? fault('malformed') : { kind: 'answer', body: known }, again: null }
}

function fault(kind: Extract<ToolOutcome, { kind: 'fault' }>['fault']): ToolOutcome {
  return { kind: 'fault', fault: kind }
}
