// npx candor contain --tenant <public id> --scope <scope> --reason <why> --key-file <file>, or --undo <id>
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Containment, ContainmentScope } from '@candor/protocol/integrity-api.ts'
import { ConfigFaults, readConfig } from './config.ts'

/** What was asked for cannot be done; the message is for the person at the terminal. */
class ContainFault extends Error {}

const usage = `Usage: npx candor contain --tenant <public id> --scope <scope> --reason <why> --key-file <file>
       npx candor contain --tenant <public id> --undo <id> --reason <why> --key-file <file>

  --scope     everything | site=https://www.example.com | page=https://www.example.com/pay | release=<id>
  --key-file  holds an API key of the tenant (administrator or privacy officer; "-" reads standard input)
  --server    where the server is reached; else the settings say it
`
/** A server that stops a thousand widgets answers in a tenth of a second. */
const answerMsMax = 30_000

/**
 * The kill switch from a terminal, by the same door as everybody: HTTP with an API key. It needs no door of its own, so
 * there is none to attack; the log names the key; and who runs the installation cannot switch a tenant off in the
 * tenant's name without having been given one. The key is read from a file: arguments are seen by every process.
 */
try {
  const { values } = parseArgs({
    options: {
      tenant: { type: 'string' },
      scope: { type: 'string' },
      reason: { type: 'string' },
      undo: { type: 'string' },
      server: { type: 'string' },
      'key-file': { type: 'string' },
    },
  })
  const { tenant, scope, reason, undo, 'key-file': keyFile } = values
  if (!tenant || !reason || !keyFile || (scope === undefined) === (undo === undefined))
    throw new ContainFault(usage.trimEnd())
  const ask = asker(values.server ?? serverOf(), keyOf(keyFile))
  if (scope !== undefined) {
    const made = await ask('', { tenant, scope: parseScope(scope), reason })
    process.stdout.write(
      `Switched off. ${made.framesOpen} open widgets are being stopped.\n${logged(made.entry)}\n` +
        `On again: npx candor contain --tenant ${tenant} --undo ${made.id} --reason <why> --key-file <file>\n`,
    )
  } else {
    const undone = await ask(`/${encodeURIComponent(undo!)}/undo`, { tenant, reason })
    process.stdout.write(
      `On again: widgets load. ${undone.framesStopped} of ${undone.framesOpen} had confirmed that they stopped.\n` +
        `${logged(undone.undoneEntry ?? 0)}\n`,
    )
  }
} catch (fault) {
  const expected = [ContainFault, ConfigFaults].some((kind) => fault instanceof kind)
  if (!(fault instanceof Error) || !(expected || isWrongArgument(fault))) throw fault
  process.stderr.write(`${fault.message}\n`)
  process.exitCode = fault.message.startsWith('Usage') || isWrongArgument(fault) ? 2 : 1
}

function parseScope(given: string): ContainmentScope {
  const [kind, value = ''] = /^(\w+)=(.+)$/.exec(given)?.slice(1) ?? [given]
  if (given === 'everything') return { kind: 'tenant' }
  if (kind === 'site' && value !== '') return { kind, origin: value }
  if (kind === 'page' && value !== '') return { kind: 'template', template: value }
  if (kind === 'release' && value !== '') return { kind, release: value }
  throw new ContainFault('A scope is everything, site=<origin>, page=<template> or release=<id>.')
}

function keyOf(file: string): string {
  let key: string
  try {
    key = readFileSync(file === '-' ? 0 : file, 'utf8').trim()
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause
    throw new ContainFault(`The key cannot be read: ${cause.message}`, { cause })
  }
  // Before it becomes a header: what a fault says of a wrong header is the header.
  if (!/^candor_[\w-]+$/.test(key)) throw new ContainFault('What is in the key file is no API key.')
  return key
}

function serverOf(): string {
  const { publicUrl, host, port } = readConfig()
  return publicUrl ?? `http://${host}:${port}`
}

function asker(server: string, key: string): (path: string, body: object) => Promise<Containment> {
  return async (path, body) => {
    let answer: Response
    try {
      answer = await fetch(`${server.replace(/\/$/, '')}/v1/integrity/containments${path}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'idempotency-key': randomUUID(),
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(answerMsMax),
      })
    } catch (cause) {
      if (!(cause instanceof Error)) throw cause
      throw new ContainFault(`The server at ${server} does not answer: ${cause.message}`, { cause })
    }
    const text = await answer.text()
    if (answer.ok) return JSON.parse(text) as Containment
    const detail = /json/.test(answer.headers.get('content-type') ?? '')
      ? (JSON.parse(text) as { detail?: string }).detail
      : undefined
    throw new ContainFault(`Refused (${answer.status}): ${detail ?? 'no reason given'}`)
  }
}

function logged(entry: number): string {
  return entry > 0
    ? `Entry ${entry} of the access log.`
    : 'The keyholder is away: the entry of the access log follows when it is back.'
}

function isWrongArgument(fault: Error): boolean {
  return 'code' in fault && String(fault.code).startsWith('ERR_PARSE_ARGS')
}
