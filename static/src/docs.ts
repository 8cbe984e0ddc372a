// The description of the REST interface, to read and to try: Swagger UI over what the program says of itself.

import 'swagger-ui-dist/swagger-ui.css';
import SwaggerUIBundle from 'swagger-ui-dist/swagger-ui-es-bundle.js';

SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  // Asks nobody else to judge the description.
  validatorUrl: null,
});
