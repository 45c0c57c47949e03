import { BlockList, isIP } from 'node:net'

/**
 * - `public`: anybody can reach it.
 * - `private`: of this machine or of the network around it.
 * - `never`: no service of anybody's lives there, or only the cloud's own, which gives away credentials
 *   (169.254.169.254 and its like).
 */
export type AddressKind = 'public' | 'private' | 'never'

/** Where an IP address leads, by the IANA registries of special-purpose addresses (RFC 6890 and its updates). */
export function addressKind(address: string): AddressKind {
  const family = isIP(address)
  if (family === 0) return 'never'
  if (family === 4) return kindOf4(address)
  // An address with a zone (fe80::1%eth0) is of one link.
  if (address.includes('%')) return 'never'
  const embedded = embedded4(address)
  if (embedded !== null) return kindOf4(embedded)
  if (never6.check(address, 'ipv6')) return 'never'
  if (private6.check(address, 'ipv6')) return 'private'
  // What is not allotted for global unicast leads nowhere yet.
  return global6.check(address, 'ipv6') ? 'public' : 'never'
}

function kindOf4(address: string): AddressKind {
  if (never4.check(address, 'ipv4')) return 'never'
  return private4.check(address, 'ipv4') ? 'private' : 'public'
}

const private4 = nets('ipv4', [
  ['10.0.0.0', 8], // RFC 1918
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['127.0.0.0', 8], // this machine
  ['100.64.0.0', 10], // shared by carriers, RFC 6598
])

const never4 = nets('ipv4', [
  ['0.0.0.0', 8], // "this network"; many systems connect to themselves
  ['169.254.0.0', 16], // link-local
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['192.88.99.0', 24], // 6to4 relays, RFC 7526
  ['198.18.0.0', 15], // benchmarks
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, and broadcast
  ['168.63.129.16', 32], // a cloud's platform address, public by its number only
  ['100.100.100.200', 32], // another cloud's metadata
])

const private6 = nets('ipv6', [
  ['::1', 128],
  ['fc00::', 7], // unique local
])

const never6 = nets('ipv6', [
  ['::', 128],
  ['fe80::', 10], // link-local
  ['fec0::', 10], // site-local, RFC 3879
  ['ff00::', 8], // multicast
  ['2001::', 23], // protocol assignments, Teredo among them
  ['2001:db8::', 32], // documentation
  ['3fff::', 20],
  ['2002::', 16], // 6to4: an IPv4 address of anybody's choice inside
  ['fd00:ec2::254', 128], // a cloud's metadata
])

const global6 = nets('ipv6', [['2000::', 3]])

function nets(family: 'ipv4' | 'ipv6', all: readonly (readonly [net: string, bits: number])[]): BlockList {
  const list = new BlockList()
  for (const [net, bits] of all) list.addSubnet(net, bits, family)
  return list
}

const mapped = nets('ipv6', [
  ['::ffff:0:0', 96], // IPv4-mapped
  ['64:ff9b::', 96], // NAT64, RFC 6052
])

/** The IPv4 address that an IPv6 address stands for, where it does. */
function embedded4(address: string): string | null {
  if (!mapped.check(address, 'ipv6')) return null
  // The URL parser writes an IPv6 address in one form, all of hexadecimal groups.
  const groups = new URL(`http://[${address}]/`).hostname.slice(1, -1).split(':')
  const [high, low] = groups.slice(-2).map((group) => Number.parseInt(group === '' ? '0' : group, 16))
  return [high! >> 8, high! & 255, low! >> 8, low! & 255].join('.')
}
