import { readFileSync, statSync } from 'node:fs'
import * as path from 'node:path'
import { parseArgs } from 'node:util'
import { usualSocket } from './keyholder-socket.ts'
import type { ListenAt } from './listener.ts'
import type { Witness } from './publisher.ts'

/** What the keyholder is told, by flags; its passphrase by the environment, as flags can be seen by everybody. */
export interface KeyholderConfig {
  folder: string
  /** The log as others may read it. */
  logFolder: string
  /** A key file of the time before there was a keyholder. */
  imports: string | undefined
  /** With one for another host there is one for the commands of this host as well. */
  listen: ListenAt[]
  /** First line of every checkpoint and name of the log's key. */
  origin: string
  witnesses: Witness[]
  quorum: number
  /** File of the trust root of releases; it may come later. */
  releaseRoot: string | undefined
  passphrase: string | undefined
  /** Another user and group to become once everything is loaded. */
  becomes: { uid: number; gid: number } | null
  /** Ends when standard input does: who started it is gone. */
  attached: boolean
}

export class ConfigFault extends Error {
  override readonly name = 'ConfigFault'
}

export const usage = `Usage: npx candor keyholder --folder <folder> (--socket <path> | --listen <host:port> --cert <pem> --key <pem> --peer <pem>)
  --folder    where keys, journal and index live; 0700
  --log-folder where the log lies as others may read it (default: log in the folder)
  --socket    a UNIX socket for a server on this machine
  --listen    TLS 1.3 for a server on another one (npx candor keyholder-certificates); --cert and --key are this side's, --peer the other side's certificate
  --import    a key file from before there was a keyholder; it can be deleted once this has started
  --origin    name of the log, without spaces (default: candor.local/log)
  --witness   <vkey>@<url>, once for each witness
  --quorum    how many of them must cosign a checkpoint (default: all)
  --release-root  the public file that names who signs releases of the widget (npx candor release keys)
CANDOR_KEYHOLDER_PASSPHRASE protects the root key; without it the file's mode does.
`

/** @throws ConfigFault with every fault in one message. */
export function readKeyholderConfig(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): KeyholderConfig {
  const faults: string[] = []
  const { values } = parse(args)
  const folder = values.folder ?? ''
  if (folder === '') faults.push('--folder is missing')
  const witnesses = (values.witness ?? []).flatMap((text): Witness[] => {
    const [, vkey, url] = /^([^@\s]+)@(https?:\/\/\S+)$/.exec(text) ?? []
    if (vkey !== undefined && url !== undefined && URL.canParse(url)) return [{ vkey, url }]
    faults.push(`--witness ${text} is not <vkey>@<url>`)
    return []
  })
  const quorum = values.quorum === undefined ? witnesses.length : Number(values.quorum)
  if (!Number.isInteger(quorum) || quorum < 0 || quorum > witnesses.length)
    faults.push(`--quorum must be a number from 0 to ${witnesses.length}, the number of witnesses`)
  const origin = values.origin ?? 'candor.local/log'
  if (!/^[^\s+]{1,100}$/.test(origin)) faults.push('--origin must be a name without spaces and plus signs')
  const listen = readListen(values, folder, faults)
  const becomes = /^(\d{1,10}):(\d{1,10})$/.exec(values.become ?? '')
  if (values.become !== undefined && becomes === null) faults.push('--become must be <uid>:<gid>')
  if (faults.length > 0) throw new ConfigFault(`${faults.join('\n')}\n\n${usage}`)
  return {
    folder: path.resolve(folder),
    logFolder: path.resolve(values['log-folder'] ?? path.join(folder, 'log')),
    imports: values.import,
    listen,
    origin,
    witnesses,
    quorum,
    releaseRoot: values['release-root'] === undefined ? undefined : path.resolve(values['release-root']),
    passphrase: env['CANDOR_KEYHOLDER_PASSPHRASE'] || undefined,
    becomes: becomes === null ? null : { uid: Number(becomes[1]), gid: Number(becomes[2]) },
    attached: values.attached ?? false,
  }
}

type Values = ReturnType<typeof parse>['values']

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        folder: { type: 'string' },
        'log-folder': { type: 'string' },
        import: { type: 'string' },
        socket: { type: 'string' },
        listen: { type: 'string' },
        cert: { type: 'string' },
        key: { type: 'string' },
        peer: { type: 'string' },
        origin: { type: 'string' },
        witness: { type: 'string', multiple: true },
        quorum: { type: 'string' },
        'release-root': { type: 'string' },
        become: { type: 'string' },
        attached: { type: 'boolean' },
      },
    })
  } catch (caught) {
    if (!(caught instanceof Error && 'code' in caught && String(caught.code).startsWith('ERR_PARSE_ARGS')))
      throw caught
    throw new ConfigFault(`${caught.message}\n\n${usage}`)
  }
}

function readListen(values: Values, folder: string, faults: string[]): ListenAt[] {
  if ((values.socket === undefined) === (values.listen === undefined)) {
    faults.push('exactly one of --socket and --listen is needed')
    return []
  }
  if (values.socket !== undefined) return [{ kind: 'socket', path: path.resolve(values.socket) }]
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(values.listen!) ?? []
  if (host === undefined || Number(port) > 65_535) {
    faults.push(`--listen ${values.listen} is not <host>:<port>`)
    return []
  }
  const file = (name: 'cert' | 'key' | 'peer'): Buffer => {
    try {
      return readFileSync(values[name] ?? '')
    } catch (caught) {
      if (!(caught instanceof Error && 'code' in caught)) throw caught
      faults.push(`--${name} ${values[name] ?? '(missing)'} cannot be read`)
      return Buffer.alloc(0)
    }
  }
  if (
    values.key !== undefined &&
    ((statSync(values.key, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0
  )
    faults.push(`--key ${values.key} can be read by others. Run: chmod 600 ${values.key}`)
  const local = usualSocket(path.resolve(folder))
  return [
    { kind: 'tls', host, port: Number(port), cert: file('cert'), key: file('key'), peer: file('peer') },
    ...(local === null ? [] : [{ kind: 'socket' as const, path: local }]),
  ]
}
