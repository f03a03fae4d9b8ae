// Which of the SDK's methods a script has called. The list of what there is comes from the SDK.
const SCRIPTS = {
  contacts: ['contact', 'conversation', 'messages', 'projectSettings', 'transcoding'],
  events: ['app', 'webhooks', 'events', 'capability', 'consents'],
  conversation: ['templatesV2'],
  // Their paths were removed from the contract on 31 January 2026.
  nobody: ['templatesV1'],
  // No calls of the contract's: what the others are made of.
  parts: ['lazyConversationClient', 'lazyConversationTemplateClient'],
};
// Of every client: how it is set up, not what it asks.
const SET_UP = new Set(['getSinchClient', 'setHostname', 'setCredentials', 'setRegion']);
// Steps of messages.send and events.send, which call them.
const STEPS = new Set(['performSendMessageRequestBodyTransformation', 'sendMessage', 'sendEvent']);

const methods = (api) => {
  const names = new Set();
  for (let at = api; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) {
      if (name !== 'constructor' && typeof api[name] === 'function') names.add(name);
    }
  }
  return [...names].filter((name) => !SET_UP.has(name) && !STEPS.has(name));
};

/** From here on the calls of a script are noted; answers what says which methods were not called. */
export const watch = (conversation, script) => {
  const known = new Set(Object.values(SCRIPTS).flat());
  const apis = Object.keys(conversation).filter((name) =>
    conversation[name] && typeof conversation[name] === 'object'
      && methods(conversation[name]).length > 0);
  const left = new Set(apis.filter((name) => !known.has(name)).map((name) => `${name}.*`));
  for (const name of SCRIPTS[script]) {
    const api = conversation[name];
    for (const method of methods(api)) {
      left.add(`${name}.${method}`);
      const own = api[method].bind(api);
      api[method] = (...given) => {
        left.delete(`${name}.${method}`);
        return own(...given);
      };
    }
  }
  return () => [...left].sort();
};
