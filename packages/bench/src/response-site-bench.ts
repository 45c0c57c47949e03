import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { exampleSite } from '@candor/server/incidents/response-site/example-site.ts'
import { renderSite } from '@candor/server/incidents/response-site/render-site.ts'
import { publishToFolder } from '@candor/server/incidents/response-site/site-folder.ts'
import { isDebian, unpackDebianPackages } from './debian-packages.ts'
import { freePort } from './free-port.ts'
import { loadHttp } from './http-load.ts'
import { median, summarise } from './latencies.ts'
import { cpuSecondsOf } from './process-tree.ts'

/** What the response site is to stand, whoever asks at once after the evening news. */
const perSecondGoal = 10_000
const p99MsGoal = 50
const connections = 64
const page = '/response/aurora-air/index.html'

interface Server {
  name: string
  port: number
  child: ChildProcess
}

/**
 * The response site's own program beside nginx, both with one worker, the same file from memory (nginx: from the page
 * cache by sendfile, no access log), the same keep-alive load on loopback, in turn, in another order each round.
 */
export async function responseSiteBench(
  options: { rounds: number; seconds: number },
  say: (line: string) => void,
): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-bench-response-'))
  chmodSync(folder, 0o755)
  const servers: Server[] = []
  try {
    const files = renderSite(exampleSite('https://aurora.example/response'), {
      en: 'signed\n',
      es: 'firmado\n',
    })
    publishToFolder(path.join(folder, 'sites'), 'aurora-air', files)
    servers.push(await startOurs(folder))
    const nginx = await startNginx(folder, say)
    if (nginx !== null) servers.push(nginx)
    const figures = new Map(
      servers.map(({ name }) => [name, { rate: [] as number[], p99: [] as number[], cpu: [] as number[] }]),
    )
    for (let round = 0; round < options.rounds; round++)
      for (const server of round % 2 === 0 ? servers : servers.toReversed()) {
        const { port, child, name } = server
        const of = figures.get(name)!
        const before = cpuSecondsOf([child.pid!])
        const full = await loadHttp({ port, path: page, connections, seconds: options.seconds })
        of.cpu.push(((cpuSecondsOf([child.pid!]) - before) / full.answered) * 1e6)
        of.rate.push(full.answered / full.seconds)
        const paced = await loadHttp({
          port,
          path: page,
          connections,
          seconds: options.seconds,
          perSecond: perSecondGoal,
        })
        of.p99.push(summarise(paced.latenciesMs).p99Ms)
        say(`round ${round + 1}: ${name} ${Math.round(of.rate.at(-1)!)} requests/s`)
      }
    const rows = [...figures].map(([name, { rate, p99, cpu }]) => ({
      name,
      rate: median(rate),
      p99: median(p99),
      cpu: median(cpu),
    }))
    const [ours, rival] = rows
    const bytes = Buffer.byteLength(files.find((file) => file.path === 'index.html')!.body)
    return [
      `Response site, one page of ${bytes} bytes, ${connections} connections, ${options.rounds} rounds of ${options.seconds} s`,
      '',
      '| server | requests/s at most | CPU a request | p99 at 10,000/s |',
      '|---|---|---|---|',
      ...rows.map(
        (row) =>
          `| ${row.name} | ${Math.round(row.rate).toLocaleString('en')} | ${row.cpu.toFixed(0)} µs | ${row.p99.toFixed(1)} ms |`,
      ),
      '',
      rival === undefined
        ? 'nginx was not there to compare with.'
        : `Of nginx’s rate: ${((ours!.rate / rival.rate) * 100).toFixed(0)} %.`,
      `Goal of ${perSecondGoal.toLocaleString('en')} requests/s: ${ours!.rate >= perSecondGoal ? 'met' : 'missed'}; p99 of at most ${p99MsGoal} ms at that rate: ${ours!.p99 <= p99MsGoal ? 'met' : 'missed'}.`,
    ].join('\n')
  } finally {
    for (const { child } of servers) {
      child.kill('SIGTERM')
      await new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(null)))
    }
    rmSync(folder, { recursive: true, force: true })
  }
}

async function startOurs(folder: string): Promise<Server> {
  const program = fileURLToPath(import.meta.resolve('@candor/server/response-site-command.ts'))
  const child = spawn(process.execPath, [program, folder, '--listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', () => reject(new Error('The response site ended.')))
    child.stdout.once('data', (line: Buffer) =>
      resolve((JSON.parse(line.toString()) as { port: number }).port),
    )
  })
  return { name: 'Candor', port, child }
}

async function startNginx(folder: string, say: (line: string) => void): Promise<Server | null> {
  if (!isDebian()) {
    say('nginx is measured from Debian’s packages, and this is no Debian.')
    return null
  }
  const unpacked = path.join(tmpdir(), 'candor-bench-nginx')
  try {
    await unpackDebianPackages(unpacked, ['nginx'], /^(nginx|libpcre2-8|libssl3|libcrypt1|zlib1g)/)
  } catch (caught) {
    say(`Debian’s package of nginx could not be had: ${caught instanceof Error ? caught.message : ''}`)
    return null
  }
  const port = await freePort()
  const config = path.join(folder, 'nginx.conf')
  writeFileSync(
    config,
    `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr error;
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    events { worker_connections 1024; }
    http {
      access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; open_file_cache max=100;
      types { text/html html; text/css css; }
      client_body_temp_path ${folder}/t1; proxy_temp_path ${folder}/t2; fastcgi_temp_path ${folder}/t3;
      uwsgi_temp_path ${folder}/t4; scgi_temp_path ${folder}/t5;
      server { listen 127.0.0.1:${port}; location /response/ { alias ${folder}/sites/; } }
    }`,
  )
  const libraries = readdirSync(path.join(unpacked, 'usr/lib')).find((entry) => entry.endsWith('-linux-gnu'))
  const child = spawn(path.join(unpacked, 'usr/sbin/nginx'), ['-p', folder, '-c', config], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: libraries === undefined ? {} : { LD_LIBRARY_PATH: path.join(unpacked, 'usr/lib', libraries) },
  })
  for (let n = 0; n < 100; n++) {
    await sleep(50)
    if (child.exitCode !== null) break
    const there = await fetch(`http://127.0.0.1:${port}${page}`).catch(() => null)
    if (there?.status === 200) return { name: 'nginx', port, child }
  }
  child.kill('SIGKILL')
  say('nginx did not start.')
  return null
}
