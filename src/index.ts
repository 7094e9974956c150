/** The one public door: all that lessons, exercises and cli import. */
export { defineNode } from './node/node.ts'
