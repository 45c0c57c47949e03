import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressKind } from './address-kind.ts'

const cases = {
  public: ['8.8.8.8', '172.15.255.255', '172.32.0.1', '100.63.255.255', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808'],
  private: ['127.0.0.1', '127.255.255.254', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', '::1',
    'fd12:3456::1', 'fc00::', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:c0a8:101', '64:ff9b::a00:1', '64:ff9b::10.0.0.1'],
  never: ['0.0.0.0', '0.1.2.3', '169.254.169.254', '::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', '192.0.2.1', '198.18.0.1',
    '224.0.0.1', '255.255.255.255', '100.100.100.200', '168.63.129.16', '::', '::127.0.0.1', '::2', 'fe80::1', 'fe80::1%eth0', 'fec0::1',
    'ff02::1', '2001:db8::1', '2001::1', '2002:7f00:1::', '3fff::1', 'fd00:ec2::254', '4000::1', 'localhost', '', '0x7f.1', '127.1'],
} // prettier-ignore

for (const [kind, addresses] of Object.entries(cases))
  test(`addresses that are ${kind}, in every spelling, are told as ${kind}`, () => {
    for (const address of addresses) assert.equal(addressKind(address), kind, address)
  })
