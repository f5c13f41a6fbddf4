import { entityId, salesReportQuery } from '@daybook/contracts';
import type { Condition } from '@daybook/ports';
import type { Listed } from '@daybook/projections';
import { itemPage, requireOwn, validate } from '@daybook/service-kit';
import { Router } from 'express';
import type { CustomerTotals } from '../read-models/customer-totals/customer-totals.ts';
import type { DailySales } from '../read-models/sales-report/sales-report.ts';

export interface ReportRoutes {
  readonly sales: Listed<DailySales>;
  readonly customers: Listed<CustomerTotals>;
}

/** A customer has few currencies. */
const currenciesMax = 200;

/** `GET /v1/reports/sales?from=&to=&sku=` and `GET /v1/customers/{id}/totals`: sums over many orders. */
export function reportRoutes({ sales, customers }: ReportRoutes): Router {
  const router = Router();
  router.get('/v1/reports/sales', async (request, response) => {
    const { from, to, sku, after, limit } = validate(salesReportQuery, request.query, 'query');
    const where: Condition[] = [
      ...(from === undefined ? [] : [{ field: 'day', op: '>=', value: from } as const]),
      ...(to === undefined ? [] : [{ field: 'day', op: '<=', value: to } as const]),
      ...(sku === undefined ? [] : [{ field: 'sku', op: '=', value: sku } as const]),
    ];
    response.json(await itemPage(sales, { where, limit, after }, salesView));
  });
  router.get('/v1/customers/:customerId/totals', async (request, response) => {
    const customerId = validate(entityId, request.params.customerId, 'customerId');
    requireOwn(request, customerId);
    const question = { partitionKey: customerId, where: [], limit: currenciesMax, after: undefined };
    const { items } = await itemPage(customers, question, customerView);
    response.json({ customerId, items });
  });
  return router;
}

function salesView({ day, sku, currency, units, revenue, returned, refunded }: DailySales): object {
  return { day, sku, currency, units, revenue, returned, refunded };
}

function customerView({ currency, orders, lost, spent, refunded }: CustomerTotals): object {
  return { currency, orders, lost, spent, refunded };
}
