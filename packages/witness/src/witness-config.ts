/** The one place of the witness that reads flags and environment. */
import { parseArgs } from 'node:util'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import { isKeyName, noteSignatureType, parseVkey, type NoteVerifier } from '@candor/ledger/signed-note.ts'

export interface WitnessConfig {
  folder: string
  host: string
  port: number
  name: string
  logs: NoteVerifier[]
  alarmUrl: URL | null
  stoppedAfterMs: number
  attached: boolean
}

export const witnessUsage = `Usage: npx candor witness <folder> --log <vkey> [options]

  <folder>              its state and its key, made at the first start     CANDOR_WITNESS_FOLDER
  --log <vkey>          the key of a log; may be given more than once      CANDOR_WITNESS_LOGS (separated by spaces)
  --listen <host:port>  default 127.0.0.1:4177                             CANDOR_WITNESS_LISTEN
  --name <name>         of its key, read at the first start only           CANDOR_WITNESS_NAME
  --alarm-url <url>     every alarm is also sent there, POST, JSON         CANDOR_WITNESS_ALARM_URL
  --stopped-after <s>   silence that is an alarm, 5 to 3600, default 90    CANDOR_WITNESS_STOPPED_AFTER
  --attached            ends when its standard input does: whoever started it is gone

It prints its own key, which the log and its verifiers need, and then one JSON object a line for each alarm.
`

/** @returns all that is wrong, at once. */
export function readWitnessConfig(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): { kind: 'config'; config: WitnessConfig } | { kind: 'faults'; faults: string[] } {
  let parsed
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        log: { type: 'string', multiple: true },
        listen: { type: 'string' },
        name: { type: 'string' },
        'alarm-url': { type: 'string' },
        'stopped-after': { type: 'string' },
        attached: { type: 'boolean' },
      },
    })
  } catch (fault) {
    if (fault instanceof TypeError && 'code' in fault && String(fault.code).startsWith('ERR_PARSE_ARGS'))
      return { kind: 'faults', faults: [fault.message] }
    throw fault
  }
  const { values, positionals } = parsed
  const faults: string[] = []

  const folder = positionals[0] ?? env['CANDOR_WITNESS_FOLDER'] ?? ''
  if (folder === '' || positionals.length > 1) faults.push('say one folder for its state')

  const vkeys = values.log ?? env['CANDOR_WITNESS_LOGS']?.split(/\s+/).filter(Boolean) ?? []
  if (vkeys.length === 0) faults.push('say at least one log with --log')
  const logs: NoteVerifier[] = []
  for (const vkey of vkeys) {
    const key = parseVkey(nodeCrypto, vkey)
    if (key?.type === noteSignatureType) logs.push(key)
    else faults.push(`not the key of a log: ${vkey}`)
  }

  const listen = values.listen ?? env['CANDOR_WITNESS_LISTEN'] ?? '127.0.0.1:4177'
  const address = /^(\[[0-9a-f:]+\]|[\w.-]+):(\d{1,5})$/i.exec(listen)
  if (!address || Number(address[2]) > 65_535) faults.push(`--listen takes host:port, not ${listen}`)

  const name = values.name ?? env['CANDOR_WITNESS_NAME'] ?? 'candor-witness'
  if (!isKeyName(name)) faults.push(`not a name for a key: ${name}`)

  const alarm = values['alarm-url'] ?? env['CANDOR_WITNESS_ALARM_URL']
  const alarmUrl = alarm === undefined ? null : URL.parse(alarm)
  if (alarm !== undefined && !/^https?:$/.test(alarmUrl?.protocol ?? ''))
    faults.push('--alarm-url takes an http or https URL')

  const stopped = values['stopped-after'] ?? env['CANDOR_WITNESS_STOPPED_AFTER'] ?? '90'
  if (!/^\d{1,4}$/.test(stopped) || Number(stopped) < 5 || Number(stopped) > 3_600)
    faults.push(`--stopped-after takes 5 to 3600 seconds, not ${stopped}`)

  if (faults.length > 0) return { kind: 'faults', faults }
  return {
    kind: 'config',
    config: {
      folder,
      host: address![1]!.replace(/^\[|\]$/g, ''),
      port: Number(address![2]),
      name,
      logs,
      alarmUrl,
      stoppedAfterMs: Number(stopped) * 1_000,
      attached: values.attached ?? false,
    },
  }
}
