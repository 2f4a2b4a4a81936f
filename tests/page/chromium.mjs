// Chromium of the system, driven by Playwright: for tests and for bench/page.mjs.
import { createRequire } from 'node:module';

/** Finds packages where the page's own are. */
export const packages = createRequire(new URL('../../web/package.json', import.meta.url));

const { chromium } = packages('playwright-core');
const quiet = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const still = ['--disable-component-update', '--disable-sync'];

export const launch = () =>
  chromium.launch({
    executablePath: process.env.SOKKURI_CHROMIUM ?? '/usr/bin/chromium',
    args: [...quiet, ...still, ...(process.getuid() === 0 ? ['--no-sandbox'] : [])],
  });
