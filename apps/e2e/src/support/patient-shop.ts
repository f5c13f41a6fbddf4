import { connectShop, type Shop, type ShopUrls } from '@daybook/replay';

const patienceMs = 60_000;

/** A client that sends a request again, with its key, for as long as a restart of the whole system may take. */
export function patientShop(urls: ShopUrls): Shop {
  const shop = connectShop(urls);
  const patiently = async <T>(send: () => Promise<T>): Promise<T> => {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      try {
        return await send();
      } catch (error) {
        if (performance.now() > deadline) throw error;
      }
    }
  };
  return {
    get: (service, path) => patiently(() => shop.get(service, path)),
    post: (service, path, body, key) => patiently(() => shop.post(service, path, body, key)),
  };
}
