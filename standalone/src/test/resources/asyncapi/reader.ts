// A program that uses the generated models; it is only compiled.
import { Applied, DeadLetterOpened, ObjectRef, OriginWebhook, RefChanged } from './models';

export function objects(event: Applied): string[] {
  return event.changes.map((change) => `${change.action} ${name(change.object)}`);
}

export function name(object: ObjectRef): string {
  return `${object.kind} ${object.namespace}/${object.name}`;
}

export function pusher(event: RefChanged): string | undefined {
  return event.origin.kind === 'webhook' ? (event.origin as OriginWebhook).actor : undefined;
}

export function cause(event: DeadLetterOpened): string {
  return `${event.failure.code}: ${event.failure.message}`;
}
