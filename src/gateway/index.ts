export { openGateway, type GatewayJob } from './gateway.ts';
export { probeProvider } from './probe.ts';
export { summarize } from './summarize.ts';
export type { Upstream } from './upstream.ts';
