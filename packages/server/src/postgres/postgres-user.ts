import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { existsSync } from 'node:fs'

/**
 * How PostgreSQL is run. It refuses to run as root, and it must end when this process does: `wrap` puts the
 * programs that see to both in front of a command. All of them exec, so the child's pid is PostgreSQL's own.
 */
export type PostgresUser = {
  /** How it reads in a log. */
  how: string
  /** Owner of the cluster's files as this process sees them. */
  uid: number
  gid: number
  wrap(command: string, args: readonly string[]): { command: string; args: string[] }
}

/** Where util-linux has setpriv and unshare; nothing of our own environment reaches PostgreSQL. */
export const postgresEnvironment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' }

/**
 * Ourselves if we are not root. As root: an unprivileged user of the system if it can reach both the program
 * and the data folder, else a user namespace, in which root's files are an unprivileged user's own.
 * @param clusterFolder decides who it is once it exists: a cluster belongs to the user that made it.
 */
export function choosePostgresUser(
  dataFolder: string,
  clusterFolder: string,
  postgres: string,
): PostgresUser {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0]
  if (uid !== 0)
    return { how: 'as the same user', uid, gid, wrap: (command, args) => withParent([command, ...args]) }

  const owner = existsSync(clusterFolder) ? statSync(clusterFolder).uid : undefined
  const account = accounts().find((each) =>
    owner ? each.uid === owner : ['postgres', 'nobody'].includes(each.name),
  )
  const reaches = (user: PostgresUser) => {
    const probe = user.wrap('/bin/sh', ['-c', 'cd "$1" && exec "$2" --version', 'sh', dataFolder, postgres])
    return (
      spawnSync(probe.command, probe.args, { env: postgresEnvironment, cwd: '/', stdio: 'ignore' }).status ===
      0
    )
  }
  if (account && owner !== 0) {
    const dropped = droppedTo(account)
    if (reaches(dropped)) return dropped
  }
  if (!owner) {
    const namespaced = inNamespace(account ?? { name: 'nobody', uid: 65_534, gid: 65_534 })
    if (reaches(namespaced)) return namespaced
  }
  throw new Error(
    `PostgreSQL does not run as root, and no other user can reach ${dataFolder} and ${postgres} (a folder above is closed to others, and user namespaces are not allowed here). Start Candor as another user, put it and its data folder where others may enter, or set DATABASE_URL.`,
  )
}

function droppedTo(account: Account): PostgresUser {
  const drop = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups', '--no-new-privs']
  return {
    how: `as user ${account.name}`,
    uid: account.uid,
    gid: account.gid,
    wrap: (command, args) => ({
      command: 'setpriv',
      args: [...drop, '--pdeathsig=INT', '--', command, ...args],
    }),
  }
}

function inNamespace(account: Account): PostgresUser {
  const map = ['--user', `--map-user=${account.uid}`, `--map-group=${account.gid}`]
  return {
    how: 'in a user namespace',
    uid: 0,
    gid: 0,
    wrap: (command, args) => {
      const inner = withParent([command, ...args])
      return { command: 'unshare', args: [...map, '--', inner.command, ...inner.args] }
    },
  }
}

/** SIGINT is PostgreSQL's fast shutdown: a killed server leaves no database behind that outlives it. */
function withParent([command, ...args]: [string, ...string[]]): { command: string; args: string[] } {
  // Only Linux can tell a child of its parent's death; elsewhere the next start ends what was left.
  if (process.platform !== 'linux') return { command, args }
  return { command: 'setpriv', args: ['--pdeathsig=INT', '--', command, ...args] }
}

type Account = { name: string; uid: number; gid: number }

/** initdb wants a name for its user, so only users that /etc/passwd knows can be taken. */
function accounts(): Account[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 4 && fields[2] !== '0')
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .sort((a, b) => Number(b.name === 'postgres') - Number(a.name === 'postgres'))
}
