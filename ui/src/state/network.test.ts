import { describe, expect, it } from 'vitest';
import type { SourceView } from '../bridge/generated';
import { NetworkSwitch } from './network.svelte';

const source = (place: string, local = false): SourceView => ({ place, local }) as SourceView;

describe('the network', () => {
  it('holds back servers, never folders', () => {
    const network = new NetworkSwitch();
    const far = source('https://calls.example.com');
    const near = source('http://127.0.0.1:8000');
    expect([far, near].map((each) => network.holdsBack(each)), 'online').toEqual([false, false]);
    network.state = { offline: false, away: true };
    expect([far, near].map((each) => network.holdsBack(each)), 'without a network this machine is still there').toEqual([true, false]);
    expect(network.holdsBack(source('http://localhost.example.com/')), 'a name that only begins like it').toBe(true);
    network.state = { offline: true, away: false };
    expect([far, near, source('/srv/calls', true)].map((each) => network.holdsBack(each)), 'by the switch').toEqual([true, true, false]);
    expect(network.holdsBack(undefined), 'a removed source').toBe(false);
  });
});
