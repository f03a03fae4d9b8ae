// A company's program on an unmodified SDK: node conversation.mjs SANDBOX_JSON
// Prints one JSON line for each thing that happened.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import sdk from '@sinch/sdk-core';
import { watch } from './driven.mjs';

const { SinchClient, ConversationCallbackWebhooks } = sdk;
const sandbox = JSON.parse(readFileSync(process.argv[2]));
const secret = 'a secret of the callbacks';
const say = (what, value) => console.log(JSON.stringify({ what, value }));

const client = new SinchClient({
  projectId: sandbox.project_id,
  keyId: sandbox.key_id,
  keySecret: sandbox.key_secret,
  conversationRegion: 'eu',
  authHostname: sandbox.api,
  conversationHostname: sandbox.api,
  conversationTemplatesHostname: sandbox.api,
});
const undriven = watch(client.conversation, 'conversation');
const { contact, messages, webhooks } = client.conversation;

const callbacks = new ConversationCallbackWebhooks(secret);
let inbound;
const received = new Promise((resolve) => { inbound = resolve; });
const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  const valid = callbacks.validateAuthenticationHeader(request.headers, body);
  const event = callbacks.parseEvent(JSON.parse(body));
  response.end();
  say('callback', { valid, trigger: event.trigger });
  if (event.trigger === 'MESSAGE_INBOUND') inbound(event.message);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const person = await contact.create({
  contactCreateRequestBody: {
    channel_identities: [
      { channel: 'LINE', identity: sandbox.line_user_id, app_id: sandbox.app_id },
    ],
    display_name: 'Hanako',
    language: 'JA',
  },
});
say('contact', person.id);

await webhooks.create({
  webhookCreateRequestBody: {
    app_id: sandbox.app_id,
    target: `http://127.0.0.1:${server.address().port}/callbacks`,
    target_type: 'HTTP',
    secret,
    triggers: ['MESSAGE_INBOUND', 'MESSAGE_DELIVERY', 'MESSAGE_SUBMIT'],
  },
});

const send = (text) => messages.sendTextMessage({
  sendMessageRequestBody: {
    app_id: sandbox.app_id,
    recipient: { contact_id: person.id },
    message: { text_message: { text } },
    channel_priority_order: ['LINE'],
  },
});
const sent = await send('こんにちは');
// A read waits a quarter of a second for what was just accepted, and a busy machine may take longer.
let listed = [];
while (listed.length === 0) {
  listed = (await messages.list({ contact_id: person.id })).data
    .filter((message) => message.id === sent.message_id);
}
say('listed', listed.length);

const { templatesV2 } = client.conversation;
const template = await templatesV2.create({
  createTemplateRequestBody: {
    default_translation: 'ja-JP',
    translations: [{ language_code: 'ja-JP', version: '1', text_message: { text: 'はい、${name}' } }],
  },
});
const { translations } = await templatesV2.listTranslations({
  template_id: template.id,
  language_code: 'ja-JP',
  translation_version: 'latest',
});
const changed = await templatesV2.update({
  template_id: template.id,
  updateTemplateRequestBody: { ...template, description: 'changed' },
});
const kept = await templatesV2.get({ template_id: template.id });
const { templates } = await templatesV2.list({});
await templatesV2.delete({ template_id: template.id });
say('templates', {
  translations: translations.length,
  version: changed.version,
  description: kept.description,
  listed: templates.length,
  left: (await templatesV2.list({})).templates.length,
});

const message = await received;
say('inbound', message.contact_message.text_message.text);
await send('さようなら');
say('undriven', undriven());
server.close();
server.closeAllConnections();
