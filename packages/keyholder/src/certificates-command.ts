// npx candor keyholder-certificates <folder>
import { mkdirSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { makeCertificate } from './certificate.ts'

const [folder, ...more] = process.argv.slice(2)
if (folder === undefined || folder.startsWith('-') || more.length > 0) {
  process.stderr.write('Say where to: npx candor keyholder-certificates <folder>\n')
  process.exit(2)
}
const into = path.resolve(folder)
mkdirSync(into, { recursive: true, mode: 0o700 })
try {
  for (const side of ['keyholder', 'server'] as const) {
    const { cert, key } = makeCertificate(side, Date.now())
    // Never over one that is in use.
    writeFileSync(path.join(into, `${side}.key`), key, { flag: 'wx', mode: 0o600 })
    writeFileSync(path.join(into, `${side}.pem`), cert, { flag: 'wx', mode: 0o644 })
  }
} catch (caught) {
  if (!(caught instanceof Error && 'code' in caught && caught.code === 'EEXIST')) throw caught
  process.stderr.write(`${into} has certificates already. Take another folder.\n`)
  process.exit(1)
}
process.stdout.write(
  `Two certificates are in ${into}, each with its private key.

  keyholder.pem, keyholder.key   keyholder.key goes to the keyholder's host and nowhere else
  server.pem, server.key         server.key goes to the server's host and nowhere else

Each host needs the other's .pem too. Then delete this folder.

On the keyholder's host:
  npx candor keyholder --folder <folder> --listen <host>:4180 --cert keyholder.pem --key keyholder.key --peer server.pem
Settings of the server:
  CANDOR_KEYHOLDER_URL=tls://<host>:4180 CANDOR_KEYHOLDER_CERT=server.pem CANDOR_KEYHOLDER_KEY=server.key CANDOR_KEYHOLDER_PEER=keyholder.pem
`,
)
