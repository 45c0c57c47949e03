import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { openKeyholderClient, type KeyholderAddress, type KeyholderClient } from '@candor/keyholder/client.ts'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import { startKeyholder, type KeyholderProcess } from './keyholder-process.ts'
import { prepareLocalWitness, type LocalWitness } from './local-witness.ts'
import type { SupervisedProcess } from './supervised-process.ts'

export interface ConnectedKeyholder {
  client: KeyholderClient
  /** Of the keyholder on this machine; 0 while it is away, or where it is on another one. */
  pid(): number
  /** Where the log's own files lie; null where another machine serves them. */
  logFolder: string | null
  close(): Promise<void>
}

/** The keyholder answers with another log than the one that this installation has always written to. */
export class OtherLog extends Error {
  override readonly name = 'OtherLog'
}

/** The first answer takes as long as the process takes to start. */
const firstAnswerMsMax = 10_000

/**
 * The keyholder on another host when there is an address of one, else a process of its own here. Its log's key is
 * remembered from the first time on: who swaps the keyholder is noticed before anything is sealed to it.
 * @throws OtherLog
 */
export async function connectKeyholder(config: Config, log: Log): Promise<ConnectedKeyholder> {
  const witness = await witnessHere(config)
  const process = config.keyholderUrl === undefined ? await startHere(config, witness, log) : null
  if (process === null && existsSync(config.keyFile))
    log({
      level: 'warn',
      event: 'key-file-not-taken-over',
      file: config.keyFile,
      means: 'Start the keyholder once with --import and this file on its own host, then delete the file.',
    })
  let watching: SupervisedProcess | undefined
  const client = openKeyholderClient(addressOf(config, process), log)
  try {
    const vkey = await vkeyOf(client, path.join(config.dataFolder, 'log-key'))
    watching = await witness?.start(vkey, log)
    return {
      client: withVkey(client, vkey),
      pid: () => process?.pid ?? 0,
      logFolder: process === null ? null : config.logFolder,
      async close() {
        client.close()
        // The keyholder's last checkpoint still finds its witness.
        await process?.stop()
        await watching?.stop()
      },
    }
  } catch (caught) {
    client.close()
    await process?.stop()
    throw caught
  }
}

/** The demo alone has one; an installation names its witnesses, or says that it has none by not naming any. */
function witnessHere(config: Config): Promise<LocalWitness> | null {
  return config.demo && config.keyholderUrl === undefined && config.witnesses.length === 0
    ? prepareLocalWitness(path.join(config.dataFolder, 'witness'))
    : null
}

function startHere(config: Config, witness: LocalWitness | null, log: Log): Promise<KeyholderProcess> {
  const witnesses = witness === null ? config.witnesses : [witness.address]
  return startKeyholder(
    {
      folder: config.keyholderFolder,
      logFolder: config.logFolder,
      origin: config.logOrigin,
      witnesses,
      quorum: config.witnessQuorum ?? witnesses.length,
      releaseRoot: path.join(config.dataFolder, 'release', 'release-root.json'),
      passphrase: config.keyholderPassphrase?.reveal(),
      keyFile: config.keyFile,
    },
    log,
  )
}

function addressOf(config: Config, process: KeyholderProcess | null): KeyholderAddress {
  if (process !== null) return { kind: 'socket', path: process.socket }
  const { hostname, port } = new URL(config.keyholderUrl!)
  return {
    kind: 'tls',
    host: hostname,
    port: Number(port),
    cert: readFileSync(config.keyholderCert!),
    key: readFileSync(config.keyholderKey!),
    peer: readFileSync(config.keyholderPeer!),
  }
}

/** Known from before, or said now; a server starts while a keyholder elsewhere is away, if it has met it once. */
async function vkeyOf(client: KeyholderClient, file: string): Promise<string> {
  const known = existsSync(file) ? readFileSync(file, 'utf8').trim() : null
  const said = await firstVkey(client, known === null ? firstAnswerMsMax : 2_000)
  if (said === null) {
    if (known !== null) return known
    throw new Error('The keyholder does not answer, and this installation has not met it before.')
  }
  if (known !== null && known !== said)
    throw new OtherLog(
      `The keyholder writes another log (${said}) than this installation knows (${known}). If you replaced it on purpose, delete ${file}.`,
    )
  if (known === null) {
    writeFileSync(`${file}.new`, `${said}\n`)
    renameSync(`${file}.new`, file)
  }
  return said
}

function firstVkey(client: KeyholderClient, msMax: number): Promise<string | null> {
  if (client.vkey !== null) return Promise.resolve(client.vkey)
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), msMax)
    client.onConnected(() => {
      clearTimeout(timer)
      resolve(client.vkey)
    })
  })
}

/** One that comes back with another key is refused: what it would sign is not what was pinned. */
function withVkey(client: KeyholderClient, vkey: string): KeyholderClient {
  return {
    ask: (op, ask) => client.ask(op, ask),
    get connected() {
      return client.connected && client.vkey === vkey
    },
    vkey,
    onAlarm: (listener) => client.onAlarm(listener),
    onConnected: (listener) => client.onConnected(listener),
    close: () => client.close(),
  }
}
